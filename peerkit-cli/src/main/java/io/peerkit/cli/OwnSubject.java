// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Our transport, with its access handshake, to a peer in a process of its own. */
final class OwnSubject implements TransportSubject {
    private static final int CHUNK_BYTES = 65_536;
    private static final int ECHO_BYTES = 32;

    /** How much of what was written may be under way before the writer waits, as an application would. */
    private static final int AHEAD_BYTES = 262_144;

    private final @Nullable BenchPeer relay;
    private final BenchPeer peer;
    private final Transport transport;

    OwnSubject(BenchFolder folder, TransportStack stack) throws IOException {
        relay = stack == TransportStack.RELAYED ? BenchPeer.relay(folder) : null;
        Optional<NodeAddress> through = Optional.ofNullable(relay).map(BenchPeer::address);
        peer = BenchPeer.start(folder, stack, through);
        transport = RawTransport.start(stack, Optional.empty());
    }

    private NodeId node() {
        return transport.connect(List.of(peer.address())).join();
    }

    @Override
    public double megabytesPerSecond(int megabytes) {
        long chunks = megabytes * 1_000_000L / CHUNK_BYTES;
        return chunks * CHUNK_BYTES / 1e6 / send(chunks, new byte[CHUNK_BYTES], () -> true);
    }

    @Override
    public double messagesPerSecond(int count) {
        return count / send(count, new byte[MESSAGE_BYTES], () -> true);
    }

    /** Returns the seconds until the receiver answered that it read the end. */
    private double send(long writes, byte[] bytes, BooleanSupplier wanted) {
        PeerStream stream = transport.openStream(node(), RawTransport.SINK).join();
        int half = Math.max(1, AHEAD_BYTES / bytes.length / 2);
        long begin = System.nanoTime();
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        CompletableFuture<Void> last = before;
        for (long i = 0; i < writes && wanted.getAsBoolean(); i++) {
            last = stream.write(bytes);
            if (i % half == half - 1) {
                // While one half leaves, the other is handed over.
                before.join();
                before = last;
            }
        }
        last.join();
        stream.closeWrite().join();
        while (stream.read().join().isPresent()) {
            // The answer's single byte, then the end: by then the peer has read all.
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    @Override
    public double[] dialMillis(int count) {
        disconnect(node());
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            NodeId node = node();
            PeerStream stream = transport.openStream(node, RawTransport.ECHO).join();
            echo(stream, new byte[1]);
            millis[i] = (System.nanoTime() - begin) / 1e6;
            disconnect(node);
        }
        return millis;
    }

    private void disconnect(NodeId node) {
        transport.disconnect(node);
        while (transport.connectedNodes().contains(node)) {
            Thread.onSpinWait();
        }
    }

    private static void echo(PeerStream stream, byte[] bytes) {
        var unused = stream.write(bytes);
        for (int back = 0; back < bytes.length; ) {
            back += stream.read().join().orElseThrow().length;
        }
    }

    @Override
    public double[] echoMillis(int count, boolean underLoad) {
        PeerStream stream = transport.openStream(node(), RawTransport.ECHO).join();
        AtomicBoolean done = new AtomicBoolean();
        Thread bulk = new Thread(
                () -> {
                    double unused = send(Long.MAX_VALUE, new byte[CHUNK_BYTES], () -> !done.get());
                },
                "peerkit-bench-load");
        if (underLoad) {
            bulk.start();
        }
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            echo(stream, new byte[ECHO_BYTES]);
            millis[i] = (System.nanoTime() - begin) / 1e6;
        }
        done.set(true);
        join(bulk);
        stream.closeWrite().join();
        return millis;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        transport.close();
        peer.close();
        if (relay != null) {
            relay.close();
        }
    }
}
