// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Carries one side of a TLS handshake between the JDK's engine and the bytes of a connection.
 *
 * <pre>{@code
 *   dialer (client)                                       listener (server)
 *     | ClientHello, ALPN: muxers, libp2p                   |
 *     | --------------------------------------------------> |
 *     | ServerHello, ALPN, request, certificate, Finished   |
 *     | <-------------------------------------------------- |   the dialer knows the listener
 *     | certificate, Finished                               |
 *     | --------------------------------------------------> |   the listener knows the dialer
 * }</pre>
 *
 * <p>The dialer is done before the listener has judged its certificate: what it writes at once may be for nothing, and it
 * learns of a refusal by an alert behind the handshake.
 *
 * <p>The engine's tasks (agreeing on keys, checking signatures) run where they come up, a millisecond or so each, like those of
 * Noise.
 */
final class TlsHandshake implements SecureHandshake {
    /** The most that a peer may send in the handshake, in bytes; known implementations send 1,000 to 2,500. */
    static final int MAX_BYTES = 65_536;

    private final SSLEngine engine;
    private final PeerTrust trust;
    private final TlsRecordReader records = new TlsRecordReader();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private int received;
    private @Nullable TlsChannel channel;

    TlsHandshake(SSLEngine engine, PeerTrust trust) {
        this.engine = engine;
        this.trust = trust;
    }

    @Override
    public void start() {
        try {
            engine.beginHandshake();
            proceed();
        } catch (SSLException e) {
            throw new IllegalStateException("tls handshake cannot begin", e);
        }
    }

    @Override
    public void feed(ByteBuf in) {
        while (channel == null && records.next(in)) {
            ByteBuffer record = records.take();
            received += record.remaining();
            if (received > MAX_BYTES) {
                throw new InvalidBytesException("tls handshake of " + received + " bytes, at most " + MAX_BYTES);
            }
            try {
                read(record);
                proceed();
            } catch (SSLException e) {
                sendAlert();
                throw trust.failure().orElseGet(() -> new InvalidBytesException("tls: " + e.getMessage(), e));
            }
        }
    }

    private void read(ByteBuffer record) throws SSLException {
        ByteBuffer plaintext = TlsScratch.ofThread().record();
        SSLEngineResult result = engine.unwrap(record, plaintext);
        if (result.getStatus() != SSLEngineResult.Status.OK || record.hasRemaining() || plaintext.position() > 0) {
            throw new SSLException("record of the handshake ends it as " + result.getStatus());
        }
    }

    /** Does what the engine wants next until that is another record, or nothing. */
    private void proceed() throws SSLException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks(engine);
                case NEED_WRAP -> write();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    return;
                }
                default -> {
                    complete();
                    return;
                }
            }
        }
    }

    static void runTasks(SSLEngine engine) {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private boolean write() throws SSLException {
        ByteBuffer record = TlsScratch.ofThread().record();
        SSLEngineResult result = engine.wrap(TlsScratch.NOTHING, record);
        output.write(record.array(), record.arrayOffset(), record.position());
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("record of the handshake does not fit " + record.capacity() + " bytes");
        }
        return record.position() > 0;
    }

    /** Tells the peer what was wrong, as far as that can still be told. */
    private void sendAlert() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && write()) {
                // An alert is one record.
            }
        } catch (SSLException e) {
            // It is what is being told.
        }
    }

    private void complete() throws SSLException {
        PeerId peer = trust.peer().orElseThrow(() -> new SSLException("handshake is over without a certificate"));
        String agreed = engine.getApplicationProtocol();
        Optional<String> muxer = Optional.ofNullable(agreed)
                .filter(protocol -> !protocol.isEmpty() && !protocol.equals(LibP2pTls.NO_MUXER));
        channel = new TlsChannel(engine, peer, muxer);
    }

    @Override
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }

    @Override
    public Optional<SecureChannel> channel() {
        return Optional.ofNullable(channel);
    }
}
