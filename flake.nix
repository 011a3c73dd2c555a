# SPDX-License-Identifier: MIT
# hello-client and hello-certs for Nix. It is here, and not in packaging/, because Nix looks for it at
# the top of a repository:
#   nix run REPOSITORY -- https://www.example.com
#   nix run REPOSITORY#hello-certs -- init ca
{
  description = "Client that names the layer at which TLS fails between two machines";

  inputs.nixpkgs.url = "nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      # Linux only: see packaging/README.md.
      systems = [
        "aarch64-linux"
        "x86_64-linux"
      ];
      forEach = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      # The one place of the version is the line AC_INIT([hello-tls], [VERSION]).
      version = builtins.head (
        builtins.match ".*\nAC_INIT\\(\\[hello-tls], \\[([^]]*)]\\)\n.*" (
          builtins.readFile ./configure.ac
        )
      );
    in
    {
      packages = forEach (pkgs: {
        default = pkgs.stdenv.mkDerivation {
          pname = "hello-client";
          inherit version;
          src = self;
          nativeBuildInputs = [
            pkgs.autoreconfHook
            pkgs.makeWrapper
            pkgs.pkg-config
          ];
          # configure also looks for what only the server uses.
          buildInputs = [
            pkgs.jansson
            pkgs.libevent
            pkgs.libseccomp
            pkgs.openssl
            pkgs.uthash
          ];
          configureFlags = [ "--enable-tests=no" ];
          installPhase = ''
            runHook preInstall
            install -Dm755 hello-client certs/hello-certs -t $out/bin
            install -Dm644 doc/hello-client.1 doc/hello-certs.1 -t $out/share/man/man1
            install -Dm644 src/completion/hello-client -t $out/share/bash-completion/completions
            install -Dm644 src/completion/hello-client.fish -t $out/share/fish/vendor_completions.d
            install -Dm644 src/completion/_hello-client -t $out/share/zsh/site-functions
            wrapProgram $out/bin/hello-certs --prefix PATH : ${pkgs.openssl}/bin
            runHook postInstall
          '';
          meta = {
            description = "Client that names the layer at which TLS fails between two machines";
            license = pkgs.lib.licenses.mit;
            mainProgram = "hello-client";
            platforms = systems;
          };
        };
      });
      apps = forEach (pkgs: {
        hello-certs = {
          type = "app";
          program = "${self.packages.${pkgs.system}.default}/bin/hello-certs";
        };
      });
    };
}
