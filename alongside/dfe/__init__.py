"""Make DfE's files by joining the services' answers, as the person who asks: no service has all of it.

Referral knows who people are, sessions what was assessed and served, reporting what can be claimed. They meet here, in
the client's memory, and leave it only in the file that was asked for (decision 51).
"""
