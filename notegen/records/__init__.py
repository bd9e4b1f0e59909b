"""What must survive a crash: the ledger of dispatches and the register of references.

ledger, register              begin here
planning, tally               rows of a new dispatch; what people see of it
sending, unfinished           one sender's transactions; what is decided at once about many mails
lease, takeover, recovery     who works on what; whose turn comes after a death, with what the dead left
under_way, journal            what may be on its way, on disk; the two files that outlive the process
portions, sharing, stretch    a dispatch cut into portions; what is done to it while workers are at some
queue, paces, seal            what workers share: summonses, rates, proof that their keys are the same
print_orders, print_part      what is printed by workers
register_lock                 one at a time at a counter of the register
reference_search              a reference however it was typed
retention                     what is erased, and when
mail_rows, register_rows      how mails and numbers stand in rows
payload, batch, moment, chain    parts of that
database, schema, settings    the database itself
copying, soundness            carried into another; whether it is sound
holds, patience               several at once; one that is away for a while
trouble, clock                its errors in our words; clocks that disagree
"""
