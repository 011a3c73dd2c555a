// SPDX-License-Identifier: MIT
// Hello CLIENT-CA [P12 MODE]...: a server for each two, which greets. P12 has the chain and the key,
// its password is "secret". MODE is plain, mutual (it wants certificates of CLIENT-CA) or only13.
// Prints their ports, one a line.
import java.io.FileInputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Hello {
	static SSLContext context(String ca, String file) throws Exception {
		char[] password = "secret".toCharArray();
		KeyStore clients = KeyStore.getInstance("PKCS12");
		clients.load(null, null);
		try (FileInputStream pem = new FileInputStream(ca)) {
			clients.setCertificateEntry("root",
			    CertificateFactory.getInstance("X.509").generateCertificate(pem));
		}
		TrustManagerFactory trust =
		    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(clients);
		KeyStore own = KeyStore.getInstance("PKCS12");
		try (FileInputStream in = new FileInputStream(file)) {
			own.load(in, password);
		}
		KeyManagerFactory keys =
		    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(own, password);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
		return context;
	}

	static void serve(SSLServerSocket listener) {
		while (true) {
			try (SSLSocket client = (SSLSocket)listener.accept()) {
				client.getOutputStream().write("Hello world\n".getBytes());
			} catch (Exception e) {
				System.err.println(e);
			}
		}
	}

	public static void main(String[] args) throws Exception {
		for (int i = 1; i + 1 < args.length; i += 2) {
			SSLServerSocket listener = (SSLServerSocket)context(args[0], args[i])
			    .getServerSocketFactory()
			    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
			if (args[i + 1].equals("mutual"))
				listener.setNeedClientAuth(true);
			else if (args[i + 1].equals("only13"))
				listener.setEnabledProtocols(new String[] { "TLSv1.3" });
			new Thread(() -> serve(listener)).start();
			System.out.println(listener.getLocalPort());
		}
	}
}
