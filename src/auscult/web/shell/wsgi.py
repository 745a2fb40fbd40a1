"""What the web server calls."""

import gc
import importlib

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from auscult.web.shell.server import PAGES
from auscult.web.shell.start import start

options = start()
# Who asks, and whether over https, is what a proxy of ours says; nobody else is believed.
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), list(options.proxies))

# Loaded before the first person asks, and set apart: a full collection of garbage would look
# through hundreds of thousands of objects that never go, a tenth of a second each time.
for module in PAGES:
    importlib.import_module(module)
gc.collect()
gc.freeze()
