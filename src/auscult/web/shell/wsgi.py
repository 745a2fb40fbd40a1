"""What the web server calls."""

import gc

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from auscult.web.shell.start import start

options = start()
# Who asks, and whether over https, is what a proxy of ours says; nobody else is believed.
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), list(options.proxies))

# Loaded before the first person asks, and set apart: a full collection of garbage would look
# through hundreds of thousands of objects that never go, a tenth of a second each time.
from auscult.web.dashboards import views as _dashboards  # noqa: E402, F401 - needs `start`
from auscult.web.shell import urls as _pages  # noqa: E402, F401

gc.collect()
gc.freeze()
