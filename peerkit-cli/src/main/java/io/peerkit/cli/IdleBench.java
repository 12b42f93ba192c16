// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.transport.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What connections cost that are open, granted and quiet: memory of the side that accepted them, heap and direct together. */
final class IdleBench implements Benchmark {
    private static final int CONNECTIONS = 1_000;

    /** Longer than a peer pings, so that what the handshakes needed was given back. */
    private static final long QUIET_MILLIS = 35_000;

    private static final double KIB = 1_024;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        // One process for all: classes and pools that the first connections bring are not a cost of the next ones.
        double[] each = new double[1];
        try (BenchPeer peer = BenchPeer.start(folder)) {
            List<Transport> clients = new ArrayList<>();
            try {
                connect(clients, peer, 100);
                clients.forEach(Transport::close);
                clients.clear();
                pause();
                long before = peer.usedBytes();
                connect(clients, peer, CONNECTIONS);
                pause();
                each[0] = (peer.usedBytes() - before) / KIB / CONNECTIONS;
            } finally {
                clients.forEach(Transport::close);
            }
        }
        report.figure("idle", "memory of an idle connection, of 1,000", "KiB", each, BenchReport.Better.LOWER, 40);
    }

    private static void connect(List<Transport> clients, BenchPeer peer, int count) {
        for (int i = 0; i < count; i++) {
            Transport client = RawTransport.start(TransportStack.TCP_NOISE, Optional.empty());
            clients.add(client);
            client.connect(List.of(peer.address())).join();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(QUIET_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while connections rest", e);
        }
    }
}
