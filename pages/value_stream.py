"""To be written."""

import streamlit as st

st.markdown("## Not there yet.")
