"""The technique of pages, shared by every program that shows some: it knows nothing of orders.

| module | what others use |
|---|---|
| `rendering` | `Renderer(packages, assets)`: Jinja2 in the visitor's language; `Visit`: what a page knows |
| `locale` | `choose_language(request, cookie=…, setting=…)`, `Language` |
| `formats` | `Formats`: money, moments, ages, as the visitor reads them |
| `forms` | `read_form(request)`; `FormGuard`: the per-session token and the origin check |
| `cookies` | `cookie_name`, `set_cookie`, `delete_cookie`: `__Host-` where the scheme allows |
| `headers` | `SecurityHeaders` middleware, `content_security_policy(form_targets)` |
| `assets` | `Assets`: static files under a hashed path, cached for ever |
| `passwords` | `hash_password`, `verify_password`: argon2id, off the event loop |
"""
