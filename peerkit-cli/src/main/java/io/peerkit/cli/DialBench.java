// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import io.peerkit.api.transport.Transport;
import java.io.IOException;
import java.util.List;

/** How long from dialing until both sides have granted access: TCP, Noise, yamux and the access handshake. */
final class DialBench implements Benchmark {
    private static final int DIALS = 100;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        try (BenchPeer peer = BenchPeer.start(folder);
                Transport transport = RawTransport.start()) {
            List<NodeAddress> addresses = List.of(peer.address());
            round(transport, addresses);
            double[] p50 = new double[runs];
            for (int i = 0; i < runs; i++) {
                p50[i] = BenchReport.percentile(round(transport, addresses), 0.5);
            }
            report.figure("dial", "dial to access granted, p50", "ms", p50, BenchReport.Better.LOWER, 25);
        }
    }

    private static double[] round(Transport transport, List<NodeAddress> addresses) {
        double[] millis = new double[DIALS];
        for (int i = 0; i < DIALS; i++) {
            long begin = System.nanoTime();
            NodeId node = transport.connect(addresses).join();
            millis[i] = (System.nanoTime() - begin) / 1e6;
            transport.disconnect(node);
            while (transport.connectedNodes().contains(node)) {
                Thread.onSpinWait();
            }
        }
        return millis;
    }
}
