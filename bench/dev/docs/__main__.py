"""`python -m bench.dev.docs` brings the documents of the checkout up to date."""

from bench.dev.docs.engine import ROOT, write

if __name__ == "__main__":
    write(ROOT)
