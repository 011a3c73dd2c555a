// SPDX-License-Identifier: MIT
// Hello PORT CA-FILE [NAME [CRL-FILE]]: verify NAME (localhost), print its greeting, insist on a clean
// end.
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Hello {
	public static void main(String[] args) throws Exception {
		String name = args.length > 2 ? args[2] : "localhost";
		CertificateFactory certificates = CertificateFactory.getInstance("X.509");
		KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
		roots.load(null, null);
		try (FileInputStream pem = new FileInputStream(args[1])) {
			roots.setCertificateEntry("root", certificates.generateCertificate(pem));
		}
		PKIXBuilderParameters pkix =
		    new PKIXBuilderParameters(roots, new X509CertSelector());
		pkix.setRevocationEnabled(args.length > 3);
		if (args.length > 3) {
			try (FileInputStream pem = new FileInputStream(args[3])) {
				pkix.addCertStore(CertStore.getInstance("Collection",
				    new CollectionCertStoreParameters(
					certificates.generateCRLs(pem))));
			}
		}
		TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
		trust.init(new CertPathTrustManagerParameters(pkix));
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);

		int port = Integer.parseInt(args[0]);
		try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
		    SSLSocket tls = (SSLSocket)context.getSocketFactory().createSocket(
			raw, name, port, true)) {
			SSLParameters parameters = tls.getSSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			tls.setSSLParameters(parameters);
			System.out.write(tls.getInputStream().readAllBytes());
			System.out.flush();
		}
	}
}
