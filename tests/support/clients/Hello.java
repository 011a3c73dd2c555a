// SPDX-License-Identifier: MIT
// Hello PORT CA-FILE: verify localhost, print its greeting, insist on a clean end.
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Hello {
	public static void main(String[] args) throws Exception {
		KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
		roots.load(null, null);
		try (FileInputStream pem = new FileInputStream(args[1])) {
			roots.setCertificateEntry("root",
			    CertificateFactory.getInstance("X.509").generateCertificate(pem));
		}
		TrustManagerFactory trust =
		    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(roots);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);

		int port = Integer.parseInt(args[0]);
		try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port);
		    SSLSocket tls = (SSLSocket)context.getSocketFactory().createSocket(
			raw, "localhost", port, true)) {
			SSLParameters parameters = tls.getSSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			tls.setSSLParameters(parameters);
			System.out.write(tls.getInputStream().readAllBytes());
			System.out.flush();
		}
	}
}
