// SPDX-License-Identifier: Apache-2.0
package io.peerkit;

import io.peerkit.api.InvalidSettingException;
import io.peerkit.api.NodeAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the builders refuse, in words that name the setting. */
final class Checks {
    /** The most nodes that one stays connected to by setting. */
    static final int MAX_BOOTSTRAP = 64;

    private Checks() {}

    static void notStarted(boolean started) {
        if (started) {
            throw new InvalidSettingException("start: this builder has started a node already, make a new one");
        }
    }

    static <T> T present(Optional<T> setting, String name, String example) {
        return setting.orElseThrow(
                () -> new InvalidSettingException(name + " is missing: call ." + name + "(…), such as " + example));
    }

    static void between(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new InvalidSettingException(name + " is " + value + ", must be " + least + " to " + most);
        }
    }

    static void distinct(List<NodeAddress> bootstrap) {
        if (bootstrap.size() > MAX_BOOTSTRAP) {
            throw new InvalidSettingException(
                    "bootstrap has " + bootstrap.size() + " addresses, at most " + MAX_BOOTSTRAP);
        }
        Set<NodeAddress> seen = new HashSet<>();
        for (NodeAddress address : bootstrap) {
            if (!seen.add(address)) {
                throw new InvalidSettingException("bootstrap names " + address + " twice");
            }
        }
    }
}
