// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.NodeId;
import io.peerkit.api.transport.PeerStream;
import io.peerkit.api.transport.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How fast one stream carries bytes through Noise and yamux, beside js-libp2p in the same run. */
final class StreamBench implements Benchmark {
    private static final int CHUNK_BYTES = 65_536;
    private static final int MEGABYTES = 512;

    @Override
    public void run(BenchFolder folder, int runs, BenchReport report) throws IOException {
        JsStream js = new JsStream(Path.of(System.getProperty("peerkit.root", ".")));
        Optional<String> missing = js.missing();
        double[] ours = new double[runs];
        double[] theirs = new double[runs];
        try (BenchPeer peer = BenchPeer.start(folder);
                Transport transport = RawTransport.start()) {
            NodeId node = transport.connect(List.of(peer.address())).join();
            round(transport, node);
            for (int i = 0; i < runs; i++) {
                ours[i] = round(transport, node);
                theirs[i] = missing.isPresent() ? 0 : js.megabytesPerSecond(MEGABYTES);
            }
        }
        double[] cipher = new double[runs];
        for (int i = 0; i < runs; i++) {
            cipher[i] = CipherSpeed.megabytesPerSecond();
        }
        if (missing.isPresent()) {
            report.note("js-libp2p was not measured: " + missing.get());
            report.figure("stream", "one stream up", "MB/s", ours, BenchReport.Better.NEITHER, 0);
        } else {
            report.figure(
                    "stream", "one stream up", "MB/s", ours, BenchReport.Better.HIGHER, BenchReport.median(theirs));
            report.figure("stream", "js-libp2p, the same", "MB/s", theirs, BenchReport.Better.NEITHER, 0);
        }
        report.figure(
                "stream",
                "ChaCha20-Poly1305 of this Java alone, one thread, 64 KiB frames",
                "MB/s",
                cipher,
                BenchReport.Better.NEITHER,
                0);
    }

    private static double round(Transport transport, NodeId node) {
        PeerStream stream = transport.openStream(node, RawTransport.SINK).join();
        byte[] chunk = new byte[CHUNK_BYTES];
        long begin = System.nanoTime();
        long chunks = MEGABYTES * 1_000_000L / CHUNK_BYTES;
        var before = stream.write(chunk);
        for (long i = 1; i < chunks; i++) {
            var next = stream.write(chunk);
            // Two are under way at a time: one leaves while the other is handed over.
            before.join();
            before = next;
        }
        before.join();
        stream.closeWrite().join();
        while (stream.read().join().isPresent()) {
            // The answer's single byte, then the end: by then the peer has read all.
        }
        return chunks * CHUNK_BYTES / 1e6 / ((System.nanoTime() - begin) / 1e9);
    }
}
