"""The parts of the documents that follow from the code and from the results.

`python -m bench.dev.docs` writes them, each between `<!-- begin NAME -->` and
`<!-- end NAME -->`; what stands outside of these lines is left alone. A test fails while a part
is out of date.
"""
