// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.peerkit.api.NodeStatus;

/** A node's figures as JSON. */
final class StatusJson {
    private StatusJson() {}

    static ObjectNode of(NodeStatus status) {
        ObjectNode json = JsonLines.JSON
                .createObjectNode()
                .put("entries", status.entries())
                .put("fingerprint", status.fingerprint());
        var peers = json.putArray("peers");
        status.peers()
                .forEach(peer -> peers.addObject()
                        .put("agentId", peer.agentId().toString())
                        .put("direct", peer.direct()));
        json.set("progress", ProgressJson.whole(status.progress()));
        json.set("sessions", ProgressJson.of(status.sessions()));
        return json.put("bytesIn", status.bytesIn())
                .put("bytesOut", status.bytesOut())
                .put("refused", status.refused())
                .put("held", status.held())
                .put("pending", status.pending())
                .put("failing", status.failing())
                .put("opaque", status.opaque())
                .put("excluded", status.excluded())
                .put("epoch", status.epoch());
    }
}
