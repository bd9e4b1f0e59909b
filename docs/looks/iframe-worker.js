// The search works in a Worker, and browsers start none for a page that was opened from a file.
// There, a hidden frame does the Worker's work: it shares the page's thread, and talks by the same messages.
class IFrameWorker extends EventTarget {
  constructor(url) {
    super();
    this.frame = document.body.appendChild(document.createElement("iframe"));
    this.frame.hidden = true;
    this.inside = this.frame.contentWindow;
    this.inside.postMessage = (data) =>
      setTimeout(() => {
        const message = new MessageEvent("message", { data });
        this.dispatchEvent(message);
        if (this.onmessage) this.onmessage(message);
      });
    this.inside.importScripts = (...scripts) =>
      scripts.reduce((before, script) => before.then(() => this.load(script)), Promise.resolve());
    this.ready = this.load(url);
  }

  load(url) {
    return new Promise((done, failed) => {
      const script = this.inside.document.createElement("script");
      script.onload = done;
      script.onerror = failed;
      script.src = new URL(url, document.baseURI);
      this.inside.document.body.appendChild(script);
    });
  }

  postMessage(data) {
    this.ready.then(() => this.inside.dispatchEvent(new this.inside.MessageEvent("message", { data })));
  }

  terminate() {
    this.frame.remove();
  }
}

if (location.protocol === "file:") {
  window.IFrameWorker = IFrameWorker;
  window.Worker = IFrameWorker;
}
