"""What it takes to share the dashboard inside a company: who comes in, headers, health, log-in. Knows no Streamlit."""
