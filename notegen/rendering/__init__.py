"""Domain values, turned into HTML, PDF and mails. Words come from templates/, looks from layout/."""
