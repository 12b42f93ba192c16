// SPDX-License-Identifier: Apache-2.0
package io.peerkit.agent.internal.keyfile;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.agent.VectorFiles;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class AesGcmTest {
    @Test
    void sealAndOpen_wycheproofWith96BitNonces_asEachVectorSays() throws IOException {
        Map<?, ?> file = (Map<?, ?>) VectorFiles.read("wycheproof/aes_gcm_256_test.json");
        int valid = 0;
        int invalid = 0;
        for (Object item : (List<?>) Objects.requireNonNull(file.get("testGroups"))) {
            Map<?, ?> group = (Map<?, ?>) item;
            if (!"96".equals(group.get("ivSize"))) {
                continue;
            }
            for (Object test : (List<?>) Objects.requireNonNull(group.get("tests"))) {
                Map<?, ?> vector = (Map<?, ?>) test;
                byte[] sealed = HexFormat.of().parseHex(text(vector, "ct") + text(vector, "tag"));
                if ("valid".equals(vector.get("result"))) {
                    assertThat(AesGcm.seal(
                                    hex(vector, "key"), hex(vector, "iv"), hex(vector, "aad"), hex(vector, "msg")))
                            .isEqualTo(sealed);
                    assertThat(AesGcm.open(hex(vector, "key"), hex(vector, "iv"), hex(vector, "aad"), sealed))
                            .hasValue(hex(vector, "msg"));
                    valid++;
                } else {
                    assertThat(AesGcm.open(hex(vector, "key"), hex(vector, "iv"), hex(vector, "aad"), sealed))
                            .isEmpty();
                    invalid++;
                }
            }
        }
        assertThat(List.of(valid, invalid)).containsExactly(39, 27);
    }

    private static byte[] hex(Map<?, ?> vector, String field) {
        return HexFormat.of().parseHex(text(vector, field));
    }

    private static String text(Map<?, ?> vector, String field) {
        return (String) Objects.requireNonNull(vector.get(field));
    }
}
