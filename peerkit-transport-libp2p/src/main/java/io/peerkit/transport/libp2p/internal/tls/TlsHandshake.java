// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.multiformats.PeerId;
import io.peerkit.transport.libp2p.internal.secure.SecureChannel;
import io.peerkit.transport.libp2p.internal.secure.SecureHandshake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServerProtocol;
import org.jspecify.annotations.Nullable;

/**
 * Carries one side of a TLS handshake between Bouncy Castle's state machine and the bytes of a connection.
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
 * learns of a refusal by an alert behind the handshake. Nothing of what it writes is looked at by a listener that refuses.
 *
 * <p>When it is over, the secrets of both directions are taken out, the state machine is dropped, and a {@link TlsChannel} goes
 * on from them.
 */
final class TlsHandshake implements SecureHandshake {
    /** The most that a peer may send in the handshake, in bytes; known implementations send 1,000 to 2,500. */
    static final int MAX_BYTES = 65_536;

    /** Opens the state machine once there is something to do. */
    @FunctionalInterface
    private interface Start {
        void run() throws IOException;
    }

    private final TlsParty party;
    private final Start start;
    private final Supplier<TlsContext> context;
    private final TlsRecordReader records = new TlsRecordReader();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private @Nullable TlsProtocol protocol;
    private int received;
    private @Nullable TlsChannel channel;

    private TlsHandshake(TlsParty party, TlsProtocol protocol, Start start, Supplier<TlsContext> context) {
        this.party = party;
        this.protocol = protocol;
        this.start = start;
        this.context = context;
    }

    static TlsHandshake client(TlsParty party) {
        TlsClientProtocol protocol = new TlsClientProtocol();
        Client client = new Client(party);
        return new TlsHandshake(party, protocol, () -> protocol.connect(client), client::context);
    }

    static TlsHandshake server(TlsParty party) {
        TlsServerProtocol protocol = new TlsServerProtocol();
        Server server = new Server(party);
        return new TlsHandshake(party, protocol, () -> protocol.accept(server), server::context);
    }

    @Override
    public void start() {
        try {
            start.run();
            takeFrom(running());
        } catch (IOException e) {
            throw new IllegalStateException("tls handshake cannot begin", e);
        }
    }

    @Override
    public void feed(ByteBuf in) {
        while (channel == null && records.next(in)) {
            byte[] record = records.record();
            int length = records.take();
            received += length;
            if (received > MAX_BYTES) {
                throw new InvalidBytesException("tls handshake of " + received + " bytes, at most " + MAX_BYTES);
            }
            read(running(), record, length);
        }
    }

    private void read(TlsProtocol running, byte[] record, int length) {
        try {
            running.offerInput(record, 0, length);
        } catch (TlsFatalAlertReceived e) {
            throw new InvalidBytesException("tls peer refuses with alert " + e.getAlertDescription(), e);
        } catch (IOException | RuntimeException e) { // whatever the library makes of hostile bytes
            throw party.failure().orElseGet(() -> new InvalidBytesException("tls: " + e.getMessage(), e));
        } finally {
            takeFrom(running); // perhaps an alert that says why
        }
        if (running.isClosed()) {
            throw new InvalidBytesException("tls peer has closed the channel within the handshake");
        }
        if (running.isConnected()) {
            complete();
        }
    }

    private void takeFrom(TlsProtocol running) {
        byte[] bytes = new byte[running.getAvailableOutputBytes()];
        output.write(bytes, 0, running.readOutput(bytes, 0, bytes.length));
    }

    private void complete() {
        TlsContext done = context.get();
        SecurityParameters agreed = done.getSecurityParametersConnection();
        CipherSuite suite = CipherSuite.of(agreed.getCipherSuite());
        TrafficSecret client =
                new TrafficSecret(suite, agreed.getTrafficSecretClient().extract());
        TrafficSecret server =
                new TrafficSecret(suite, agreed.getTrafficSecretServer().extract());
        PeerId peer = party.peer()
                .orElseThrow(() -> new InvalidBytesException("tls handshake is over, but the peer showed nothing"));
        Optional<String> muxer = Optional.ofNullable(agreed.getApplicationProtocol())
                .map(ProtocolName::getUtf8Decoding)
                .filter(name -> !name.equals(TlsParty.NO_MUXER));
        channel = done.isServer()
                ? new TlsChannel(peer, muxer, server, client)
                : new TlsChannel(peer, muxer, client, server);
        protocol = null;
    }

    private TlsProtocol running() {
        TlsProtocol running = protocol;
        if (running == null) {
            throw new IllegalStateException("tls handshake is over");
        }
        return running;
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
