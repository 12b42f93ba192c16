// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NetworkId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --network}: which one, where a store or file does not tell. */
final class NetworkOption {
    @Option(
            names = "--network",
            paramLabel = "ID",
            description = "the network's id, 64 hex digits, as inspect shows it")
    private @Nullable String text;

    @Nullable
    NetworkId id() {
        try {
            return text == null ? null : NetworkId.parse(text);
        } catch (InvalidBytesException e) {
            throw new InvalidSettingException("--network: " + e.getMessage(), e);
        }
    }
}
