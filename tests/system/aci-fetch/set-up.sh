#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host: an authority and a web server with the certificates of it.
set -eu
here=/var/tmp/aci
cd $here
. ./servers.sh
mkdir -p tmp www/late
make_certificates $here/tls "IP:::1$(printf ',DNS:%s.localhost' files names up hdfs gone other)"
cd tls
printf 'reader:%s\n' "$(openssl passwd -apr1 secret)" >htpasswd
cd ..
# Longer than anybody reads, and no byte of it on the disk.
{ printf '<html><meta name="ac-discovery" content="names.localhost https://files.localhost/app.{ext}">'; } >pages/huge.html
truncate --size=100M pages/huge.html
chmod -R a+rX $here
start_nginx aci-nginx $here/nginx.conf 443
