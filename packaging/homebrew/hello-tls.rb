# SPDX-License-Identifier: MIT
# The client and hello-certs for Homebrew on Linux; packaging/README.md says what macOS lacks. Before you
# publish it, replace the address and the check sum (sha256sum) with those of your tarball.
class HelloTls < Formula
  desc "Client that names the layer at which TLS fails between two machines"
  homepage "https://example.org/hello-tls"
  url "https://example.org/hello-tls/hello-tls-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "MIT"

  # configure also looks for what only the server uses.
  depends_on "libevent" => :build
  depends_on "libseccomp" => :build
  depends_on "pkgconf" => :build
  depends_on "uthash" => :build
  depends_on "jansson"
  depends_on :linux
  depends_on "openssl@3"

  def install
    system "./configure", "--enable-tests=no", *std_configure_args
    system "make"
    bin.install "hello-client", "certs/hello-certs"
    man1.install "doc/hello-client.1", "doc/hello-certs.1"
    doc.install "README.md", "doc/from-s_client.md", "doc/hello-client.schema.json"
    bash_completion.install "src/completion/hello-client"
    fish_completion.install "src/completion/hello-client.fish"
    zsh_completion.install "src/completion/_hello-client"
  end

  test do
    system bin/"hello-certs", "init", "ca"
    system bin/"hello-certs", "issue", "ca", "localhost"
    system bin/"hello-client", "--cacert", "ca/ca.pem", "--chain", "ca/localhost/chain.pem", "localhost"
    # A name that the certificate does not have is CERT_WRONG_NAME.
    shell_output("#{bin}/hello-client --cacert ca/ca.pem --chain ca/localhost/chain.pem other.test", 54)
  end
end
