// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.SyncFigures;
import io.peerkit.api.SyncProgress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** How far a node is with its peers, as JSON. */
final class ProgressJson {
    private ProgressJson() {}

    /** The sums, for an event. */
    static ObjectNode sums(ObjectNode json, SyncProgress progress) {
        json.put("connected", progress.connected()).put("inSync", progress.inSync());
        time(json, "since", progress.since());
        return counts(json, progress.total());
    }

    /** All of it, for the status. */
    static ObjectNode whole(SyncProgress progress) {
        ObjectNode json = sums(JsonLines.JSON.createObjectNode(), progress);
        var peers = json.putArray("peers");
        for (SyncProgress.Peer each : progress.peers()) {
            ObjectNode peer =
                    peers.addObject().put("agentId", each.agentId().toString()).put("inSync", each.isInSync());
            counts(peer, each.total());
            var scopes = peer.putArray("scopes");
            for (SyncProgress.Scope scope : each.scopes()) {
                ObjectNode one = scopes.addObject().put("name", scope.name());
                counts(one, scope.counts()).put("withheld", scope.withheld());
                time(one, "since", scope.since());
                time(one, "checked", scope.checked());
            }
        }
        return json;
    }

    /** What became of sessions. */
    static ObjectNode of(SyncFigures figures) {
        ObjectNode json = JsonLines.JSON.createObjectNode();
        put(json.putObject("outcomes"), figures.outcomes());
        put(json.putObject("ways"), figures.ways());
        put(json.putObject("exceeded"), figures.exceeded());
        return json.put("undelivered", figures.undelivered());
    }

    private static void put(ObjectNode json, Map<String, Long> counts) {
        counts.forEach((name, count) -> json.put(name, count.longValue()));
    }

    private static ObjectNode counts(ObjectNode json, SyncProgress.Counts counts) {
        return json.put("missing", counts.missing())
                .put("fetching", counts.fetching())
                .put("done", counts.done())
                .put("owed", counts.owed());
    }

    private static void time(ObjectNode json, String name, Optional<Instant> time) {
        time.ifPresentOrElse(at -> json.put(name, at.toString()), () -> json.putNull(name));
    }
}
