"""What the web server calls."""

from django.core.wsgi import get_wsgi_application

from auscult.web.shell.start import start

start()
application = get_wsgi_application()
