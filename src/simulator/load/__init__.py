"""
The load generator. It shares the machine with what it measures, so it is cheap: frames are preformatted bytes, one
callback handles one answer, and nothing is parsed that nobody needs. A *script* is a generator that yields messages
and is given the answers. The measured part of a run begins when every station has done its preparations.
"""
