"""What the web server calls."""

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from auscult.web.shell.start import start

options = start()
# Who asks, and whether over https, is what a proxy of ours says; nobody else is believed.
application = wrap_wsgi_with_proxy_headers(get_wsgi_application(), list(options.proxies))
