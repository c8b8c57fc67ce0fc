"""
The API shell: envelope, errors, paging, JSON rules, versions, rate limits. Each domain exports routers;
`project/urls.py` builds the one API. The shell does not authenticate: it reads `request.actor`.
"""
