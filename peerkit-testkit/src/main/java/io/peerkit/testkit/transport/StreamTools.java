// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.transport.PeerStream;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;

/** What tests do with streams; nothing here blocks. */
final class StreamTools {
    private StreamTools() {}

    /** Sends back what comes, and the end behind it. */
    static void echo(PeerStream stream) {
        CompletableFuture<?> unused = stream.read().thenCompose(bytes -> {
            if (bytes.isEmpty()) {
                return stream.closeWrite();
            }
            return stream.write(bytes.get()).thenRun(() -> echo(stream));
        });
    }

    /** Writes all, ends, and reads to the peer's end. */
    static CompletableFuture<byte[]> exchange(PeerStream stream, byte[] bytes) {
        CompletableFuture<byte[]> received = readAll(stream);
        return CompletableFuture.allOf(stream.write(bytes), stream.closeWrite()).thenCompose(sent -> received);
    }

    /** Reads to the peer's end. */
    static CompletableFuture<byte[]> readAll(PeerStream stream) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        readOn(stream, new ByteArrayOutputStream(), all);
        return all;
    }

    private static void readOn(PeerStream stream, ByteArrayOutputStream sofar, CompletableFuture<byte[]> all) {
        CompletableFuture<?> unused = stream.read().whenComplete((bytes, failure) -> {
            if (failure != null) {
                all.completeExceptionally(failure);
            } else if (bytes.isEmpty()) {
                all.complete(sofar.toByteArray());
            } else {
                sofar.writeBytes(bytes.get());
                readOn(stream, sofar, all);
            }
        });
    }
}
