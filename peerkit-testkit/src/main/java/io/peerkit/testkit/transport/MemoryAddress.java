// SPDX-License-Identifier: Apache-2.0
package io.peerkit.testkit.transport;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.NodeAddress;
import io.peerkit.api.NodeId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code /memory/7/node/m4f1c…}: a place in a memory network and who is expected there; the second half may be missing.
 *
 * @param port the place, 1 to 999,999,999
 * @param node who shall answer
 */
record MemoryAddress(int port, Optional<NodeId> node) {
    private static final Pattern FORM = Pattern.compile("/memory/([1-9][0-9]{0,8})(?:/node/([0-9a-z]{1,128}))?");

    static MemoryAddress parse(NodeAddress address) {
        Matcher parts = FORM.matcher(address.value());
        if (!parts.matches()) {
            throw new InvalidBytesException("address " + address + ", must be /memory/<n> or /memory/<n>/node/<id>");
        }
        return new MemoryAddress(
                Integer.parseInt(parts.group(1)),
                Optional.ofNullable(parts.group(2)).map(NodeId::new));
    }

    NodeAddress toNodeAddress() {
        return new NodeAddress("/memory/" + port + node.map(id -> "/node/" + id).orElse(""));
    }
}
