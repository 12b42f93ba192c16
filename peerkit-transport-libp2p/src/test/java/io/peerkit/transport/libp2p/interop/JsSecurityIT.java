// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.interop;

import static io.peerkit.transport.libp2p.internal.swarm.TestSwarm.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.PeerUnreachableException;
import io.peerkit.transport.libp2p.internal.connection.Connection;
import io.peerkit.transport.libp2p.internal.connection.ConnectionSettings;
import io.peerkit.transport.libp2p.internal.swarm.TestSwarm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS and Noise against js-libp2p, whoever dials, with the muxer in the handshake and behind it. */
final class JsSecurityIT {
    private static final String ECHO = "/test/echo/1.0.0";
    private static final String TLS = "/tls/1.0.0";
    private static final String NOISE = "/noise";
    private static final ConnectionSettings SETTINGS = ConnectionSettings.of(Duration.ofSeconds(10));

    private static TestSwarm ours(boolean earlyMuxer, String... security) throws Exception {
        ConnectionSettings settings = SETTINGS.withSecurity(List.of(security));
        TestSwarm swarm = new TestSwarm(earlyMuxer ? settings : settings.withoutEarlyMuxer());
        swarm.echo(ECHO);
        swarm.sink("/test/sink/1.0.0");
        return swarm;
    }

    @ParameterizedTest
    @CsvSource({"true,true", "false,true", "true,false"})
    void tls_eitherSideDials_identifyPingAndEchoBothWays(boolean jsEarly, boolean weEarly) throws Exception {
        try (JsNode js = new JsNode(JsInteropIT.folder(), jsEarly, "--security", "tls")) {
            try (TestSwarm ours = ours(weEarly, TLS, NOISE)) {
                JsonNode dialed = js.ask(JsNode.command("dial").put("address", ours.address()));
                assertThat(dialed.path("encryption").asText()).as("%s", dialed).isEqualTo(TLS);
                assertThat(dialed.path("peerId").asText()).isEqualTo(ours.peer());
                assertThat(dialed.path("muxer").asText()).isEqualTo("/yamux/1.0.0");
                assertThat(dialed.path("earlyMuxer").asBoolean()).isEqualTo(jsEarly && weEarly);
                JsInteropIT.exchangeEverything(js, ours, ours.nextConnection());
            }
            try (TestSwarm ours = ours(weEarly, TLS, NOISE)) {
                Connection connection = await(ours.dial(js.address()));
                assertThat(connection.node().value()).isEqualTo(js.peer());
                JsonNode seen = JsInteropIT.connectionAtJs(js, ours.peer()).orElseThrow();
                assertThat(seen.path("encryption").asText()).isEqualTo(TLS);
                JsInteropIT.exchangeEverything(js, ours, connection);
            }
        }
    }

    /** js-libp2p offers Noise before TLS here. */
    @Test
    void both_eitherSideDials_orderOfTheDialerDecides() throws Exception {
        try (JsNode js = new JsNode(JsInteropIT.folder(), true, "--security", "both");
                TestSwarm dialed = ours(true, TLS, NOISE);
                TestSwarm dialer = ours(true, TLS, NOISE)) {
            JsonNode seen = js.ask(JsNode.command("dial").put("address", dialed.address()));
            assertThat(seen.path("encryption").asText()).as("%s", seen).isEqualTo(NOISE);

            await(dialer.dial(js.address()));
            seen = JsInteropIT.connectionAtJs(js, dialer.peer()).orElseThrow();
            assertThat(seen.path("encryption").asText()).isEqualTo(TLS);
        }
    }

    @Test
    void noiseOnly_weDialWithTlsFirst_noiseIsAgreedOn() throws Exception {
        try (JsNode js = new JsNode(JsInteropIT.folder(), true, "--security", "noise");
                TestSwarm ours = ours(true, TLS, NOISE)) {
            Connection connection = await(ours.dial(js.address()));
            JsonNode seen = JsInteropIT.connectionAtJs(js, ours.peer()).orElseThrow();
            assertThat(seen.path("encryption").asText()).isEqualTo(NOISE);
            JsInteropIT.exchangeEverything(js, ours, connection);
        }
    }

    @Test
    void tls_otherPeerThanExpected_refusedByTheDialer() throws Exception {
        try (JsNode js = new JsNode(JsInteropIT.folder(), true, "--security", "tls");
                TestSwarm ours = ours(true, TLS, NOISE);
                TestSwarm another = ours(true, TLS, NOISE)) {
            String ourPlace = ours.address().substring(0, ours.address().indexOf("/p2p/"));
            JsonNode refused = js.ask(JsNode.command("dial").put("address", ourPlace + "/p2p/" + js.peer()));
            assertThat(refused.path("ok").asBoolean()).as("%s", refused).isFalse();
            String jsPlace = js.address().substring(0, js.address().indexOf("/p2p/"));
            assertThatThrownBy(() -> await(ours.dial(jsPlace + "/p2p/" + another.peer())))
                    .hasCauseInstanceOf(PeerUnreachableException.class)
                    .hasMessageContaining("must be " + another.peer());
        }
    }
}
