// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An address is taken away from a machine, in a network namespace. */
@Timeout(180)
class NetworkChangeIT {
    @Test
    void addressGone_connectionEndsAndNewAddressesAreTold() throws Exception {
        NetworkNamespace.require();
        assertThat(NetworkNamespace.run(NetworkChangeProcess.class)).isZero();
    }
}
