"""GitHub: its webhooks, and objects of its REST API in the same envelopes, as observations (pure).

`events.py` names the events, `source.py` says who reads which. Per kind of thing one module reads bodies; where putting the
told together takes more than a few lines, `<thing>_records.py` does.
"""
