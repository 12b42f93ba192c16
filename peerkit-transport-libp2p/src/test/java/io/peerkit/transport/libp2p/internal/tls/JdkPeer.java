// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Another implementation of TLS, that of the JDK, which trusts everybody and does as it is told. */
final class JdkPeer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteArrayOutputStream outgoing = new ByteArrayOutputStream();

    private JdkPeer(SSLEngine engine) {
        this.engine = engine;
    }

    static JdkPeer of(boolean client, @Nullable TlsIdentity shown, Consumer<SSLParameters> changes) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = shown == null ? new KeyManager[0] : new KeyManager[] {new OneKey(shown)};
        context.init(keys, new TrustManager[] {new Everybody()}, TestTls.RANDOM);
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setNeedClientAuth(true);
        parameters.setApplicationProtocols(new String[] {TestTls.YAMUX, "libp2p"});
        changes.accept(parameters);
        engine.setSSLParameters(parameters);
        return new JdkPeer(engine);
    }

    SSLEngine engine() {
        return engine;
    }

    /** Carries bytes until nothing moves. */
    void shakeHands(SecureHandshake ours) throws SSLException {
        ours.start();
        engine.beginHandshake();
        boolean moved = true;
        while (moved) {
            byte[] toUs = seal(new byte[0]);
            ours.feed(Unpooled.wrappedBuffer(toUs));
            byte[] toPeer = ours.takeOutput();
            open(toPeer);
            moved = toUs.length + toPeer.length > 0;
        }
    }

    /** What the engine sends, to carry data or of its own. */
    byte[] seal(byte[] data) throws SSLException {
        ByteBuffer in = ByteBuffer.wrap(data);
        while (in.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            if (!wrap(in)) {
                break;
            }
        }
        byte[] sent = outgoing.toByteArray();
        outgoing.reset();
        return sent;
    }

    private boolean wrap(ByteBuffer in) throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(32_768);
        engine.wrap(in, out);
        outgoing.write(out.array(), out.arrayOffset(), out.position());
        runTasks();
        return out.position() > 0;
    }

    /** What the engine makes of whole records. */
    byte[] open(byte[] bytes) throws SSLException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        ByteBuffer out = ByteBuffer.allocate(32_768);
        while (in.hasRemaining()) {
            SSLEngineResult result = engine.unwrap(in, out.clear());
            data.write(out.array(), out.arrayOffset(), out.position());
            runTasks();
            if (result.bytesConsumed() == 0
                    && (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP || !wrap(NOTHING))) {
                break;
            }
        }
        return data.toByteArray();
    }

    byte[] open(ByteBuf sealed) throws SSLException {
        byte[] bytes = new byte[sealed.readableBytes()];
        sealed.readBytes(bytes);
        return open(bytes);
    }

    byte[] updateKey() throws SSLException {
        engine.beginHandshake();
        return seal(new byte[0]);
    }

    byte[] close() throws SSLException {
        engine.closeOutbound();
        return seal(new byte[0]);
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private static final class OneKey extends X509ExtendedKeyManager {
        private final TlsIdentity shown;

        OneKey(TlsIdentity shown) {
            this.shown = shown;
        }

        private static @Nullable String choose(String... types) {
            return String.join(" ", types).contains("EC") ? "one" : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return choose(types);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
            return choose(type);
        }

        @Override
        public @Nullable String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return choose(types);
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return choose(type);
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"one"};
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {"one"};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {shown.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.privateKey();
        }
    }

    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
