// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.transport.libp2p.NetworkNamespace;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Discovery beside js-libp2p's, in a network namespace with nothing but loopback, so that nothing leaves this machine. */
@Timeout(180)
class JsMdnsIT {
    @Test
    void discovery_besideJs_eachFindsTheOther() throws Exception {
        Path folder = JsInteropIT.folder();
        NetworkNamespace.require();
        assertThat(NetworkNamespace.run(JsMdnsProcess.class, folder.toString())).isZero();
    }
}
