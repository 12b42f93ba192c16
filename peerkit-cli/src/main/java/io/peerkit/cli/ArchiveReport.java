// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.NetworkId;
import io.peerkit.gossip.archive.ArchiveSummary;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Tells how an export or import gets on, once a second at most, and how it ended. For one thread. */
final class ArchiveReport implements Consumer<ArchiveSummary> {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String verb;
    private final boolean json;
    private final JsonLines lines = JsonLines.toStandardOutput();
    private final long begin = System.nanoTime();
    private long last = begin;

    /**
     * @param verb what was done, in the past: {@code exported}
     * @param json whether as events on standard output
     */
    ArchiveReport(String verb, boolean json) {
        this.verb = verb;
        this.json = json;
    }

    @Override
    public void accept(ArchiveSummary sofar) {
        if (System.nanoTime() - last < INTERVAL_NANOS) {
            return;
        }
        last = System.nanoTime();
        if (json) {
            lines.write(figures(JsonLines.event("progress"), sofar));
        } else {
            System.err.println("peerkit: " + text(sofar));
        }
    }

    void end(ArchiveSummary all, NetworkId network) {
        if (json) {
            ObjectNode event = figures(JsonLines.event(verb), all);
            lines.write(event.put("network", network.toString()).put("seconds", seconds()));
        } else {
            System.out.printf("%s %s in %.1f s, network %s%n", verb, text(all), seconds(), network);
        }
    }

    private double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static ObjectNode figures(ObjectNode event, ArchiveSummary summary) {
        return event.put("entries", summary.entries())
                .put("withoutBlob", summary.withoutBlob())
                .put("chunks", summary.chunks())
                .put("bytes", summary.bytes());
    }

    private static String text(ArchiveSummary summary) {
        return summary.entries() + " entries (" + summary.withoutBlob() + " without their blob), " + summary.chunks()
                + " chunks, " + summary.bytes() + " bytes";
    }
}
