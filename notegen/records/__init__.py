"""What must survive a crash: the ledger of dispatches and the register of references."""
