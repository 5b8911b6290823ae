"""What pages are made of: pure charts, formats and tiers; filters, data and states that know Streamlit."""
