"""Charts: numbers and a palette in, a figure out. No Streamlit, no network.

Every figure says itself in words: `figure.layout.meta`.
"""
