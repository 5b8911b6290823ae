"""Requests made by machine: from the OpenAPI description, and from nothing."""
