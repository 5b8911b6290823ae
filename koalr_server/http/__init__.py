"""HTTP edge of the server: authentication, limits, parameters, envelopes, one error shape."""
