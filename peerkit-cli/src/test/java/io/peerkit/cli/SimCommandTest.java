// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.peerkit.testkit.sim.Scenario;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void run_fewNodes_pageThatNeedsNothingElse() throws IOException {
        Path page = folder.resolve("page.html");

        assertThat(Main.run("sim", "--nodes", "15", "--seed", "7", "--scenario", "churn", "--out", page.toString()))
                .isZero();

        String html = Files.readString(page);
        assertThat(html).contains("<h1>churn, 15 nodes, seed 7</h1>", "all checks hold", "prefers-color-scheme:dark");
        assertThat(html.split("<svg", -1)).hasSize(9);
        assertThat(html).doesNotContain("http", "<script", "src=", "NaN", "Infinity");
    }

    @Test
    void run_twice_sameTrace() throws IOException {
        assertThat(trace("one.html")).isEqualTo(trace("two.html"));
    }

    private String trace(String name) throws IOException {
        Path page = folder.resolve(name);
        assertThat(Main.run("sim", "--nodes", "8", "--out", page.toString(), "--json"))
                .isZero();
        String html = Files.readString(page);
        return html.substring(html.indexOf("trace "), html.indexOf("</footer>"));
    }

    @Test
    void run_list_everyScenario() {
        assertThat(Main.run("sim", "--list")).isZero();
        assertThat(Scenario.values()).isNotEmpty();
    }

    @Test
    void run_wrongArguments_exitsWithTwo() {
        assertThat(Main.run("sim", "--scenario", "nonsense")).isEqualTo(2);
        assertThat(Main.run("sim", "--nodes", "1")).isEqualTo(2);
        assertThat(Main.run("sim", "--nodes", "100001")).isEqualTo(2);
    }

    @Test
    void escaped_markup_isText() {
        assertThat(SimPage.escaped("<b a=\"1\">&")).isEqualTo("&lt;b a=&quot;1&quot;&gt;&amp;");
    }

    @Test
    void small_figures_asPeopleReadThem() {
        assertThat(SimText.small(1_234.4)).isEqualTo("1,234");
        assertThat(SimText.small(12.34)).isEqualTo("12.3");
        assertThat(SimText.small(0.123)).isEqualTo("0.12");
        assertThat(SimText.bytes(2_500_000)).isEqualTo("2.5 MB");
        assertThat(SimText.percent(0.051)).isEqualTo("5.1 %");
    }
}
