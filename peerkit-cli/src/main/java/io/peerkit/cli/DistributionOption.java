// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.gossip.DistributionStrategy;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --distribution}: who stores what. */
final class DistributionOption {
    @Option(
            names = "--distribution",
            paramLabel = "STRATEGY",
            defaultValue = "full",
            description = "who stores what, the same for all of a network: full, ring:REPLICAS,"
                    + " topics:A,B (those of this node) or direct; full unless said otherwise")
    private String text = "full";

    DistributionStrategy strategy(CommandSpec spec) {
        try {
            return parse(text);
        } catch (InvalidSettingException e) {
            throw new ParameterException(spec.commandLine(), "--distribution " + text + ": " + e.getMessage(), e);
        }
    }

    static DistributionStrategy parse(String text) {
        if (text.equals("full")) {
            return DistributionStrategy.fullReplication();
        }
        if (text.equals("direct")) {
            return DistributionStrategy.direct(List.of());
        }
        if (text.startsWith("ring:")) {
            try {
                return DistributionStrategy.ring(Integer.parseInt(text.substring("ring:".length())));
            } catch (NumberFormatException e) {
                throw new InvalidSettingException("the replicas must be a number", e);
            }
        }
        if (text.equals("topics:")) {
            return DistributionStrategy.topics(List.of());
        }
        if (text.startsWith("topics:")) {
            return DistributionStrategy.topics(
                    List.of(text.substring("topics:".length()).split(",", -1)));
        }
        throw new InvalidSettingException("must be full, ring:REPLICAS, topics:A,B or direct");
    }
}
