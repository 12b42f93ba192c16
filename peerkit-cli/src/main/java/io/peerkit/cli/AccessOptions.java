// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.agent.NetworkAccess;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.api.InvalidSettingException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --key} or {@code --open}: one of them has to be said. */
final class AccessOptions {
    @Option(names = "--key", paramLabel = "HEX", description = "the network's shared key: 32 to 128 hex digits")
    private @Nullable String key;

    @Option(names = "--open", description = "let everyone in")
    private boolean open;

    NetworkAccess access(CommandSpec spec) {
        if (open == (key != null)) {
            throw new ParameterException(spec.commandLine(), "say either --key HEX or --open");
        }
        try {
            return open
                    ? NetworkAccess.open()
                    : NetworkAccess.sharedKey(HexFormat.of().parseHex(Objects.requireNonNull(key)));
        } catch (IllegalArgumentException | InvalidBytesException | InvalidSettingException e) {
            throw new ParameterException(spec.commandLine(), "--key: " + e.getMessage(), e);
        }
    }
}
