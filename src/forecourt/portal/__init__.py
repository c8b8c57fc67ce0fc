"""
The portal's shell: what every page of every domain is made of.

A *page* is a view wrapped by `@page`: it knows who asks (`request.actor`) and turns a `DomainError` into a toast or an
error page. A *component* is a template tag or an include of `templates/portal/`; a domain composes its pages of them and
writes no CSS and no script of its own. A *state* is a word, a tone and an icon, written once in `states.py`.
The menu, tabs, cards and slots come from the registries of `kit`, so the shell knows no domain.
Pages work without JavaScript except charts and maps. There are no inline scripts and no inline styles.
The look is described in `docs/design.md` and shown living at `/design`. This folder has no tables.
"""
