"""The API's answers as frozen models, a file per topic. A figure is None where the server has no data; counts are 0.

Fields without a default are documented on the API page and must come; those with one are extras that a server may
leave out. Nothing is imported here, so that a program pays for the topics it uses.
"""
