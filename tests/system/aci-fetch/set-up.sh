#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a test host: an authority and a web server with the certificates of it.
set -eu
here=/var/tmp/aci
cd $here
mkdir -p tls tmp www/late
cd tls
openssl req -x509 -newkey rsa:2048 -noenc -keyout ca.key -out ca.pem -subj /CN=test-authority -days 7 2>/dev/null
openssl req -newkey rsa:2048 -noenc -keyout server.key -out server.csr -subj /CN=server 2>/dev/null
printf 'subjectAltName=IP:::1' >extensions
for name in files names up hdfs gone other; do
    printf ',DNS:%s.localhost' $name >>extensions
done
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -extfile extensions -out server.pem 2>/dev/null
printf 'reader:%s\n' "$(openssl passwd -apr1 secret)" >htpasswd
cd ..
# Longer than anybody reads, and no byte of it on the disk.
{ printf '<html><meta name="ac-discovery" content="names.localhost https://files.localhost/app.{ext}">'; } >pages/huge.html
truncate --size=100M pages/huge.html
chmod -R a+rX $here
systemd-run --quiet --unit=aci-nginx nginx -c $here/nginx.conf
for try in $(seq 100); do
    curl --silent --insecure --output /dev/null "https://files.localhost/" && break
    sleep 0.1
done
