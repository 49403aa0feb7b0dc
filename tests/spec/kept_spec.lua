-- Whether the numbers of a page are those that were kept: with pages of two figures.
local rx = require "reactivation"
local support = require "tests.spec.support"
local json = require "reactivation.files.json"
local kept = require "krishna2024.page.kept"

local FIGURES = { { name = "1" }, { name = "noise" } }

describe("kept numbers", function()
  local folder, remove = support.scratch()
  teardown(remove)

  -- What a page of these numbers keeps.
  local function page(loss, kl, text, code)
    local reports = {
      ["1"] = { { label = "test loss", values = { loss } }, { label = "KL", values = { kl } } },
      noise = { { label = "KL", column = "text", values = { text } },
                { label = "KL", column = "code", values = { code } } },
    }
    local folders = {}
    for name, report in pairs(reports) do
      local out = rx.folder(folder .. "/" .. name)
      out:write("numbers.json", report)
      folders[name] = { out.name }
    end
    return kept.gather(FIGURES, folders)
  end

  local before = page(1e-3, 0.5, 2, 3)

  it("are found again, by figure, label and column", function()
    local count, lines = kept.compare(page(1e-3, 0.5, 2, 3), before)
    assert.are.same({ same = 4, rounded = 0 }, count)
    assert.are.same({}, lines)
  end)

  it("of which a loss must be the same to the last bit, and others to rounding", function()
    local count, lines = kept.compare(page(0x1.0624dd2f1a9fdp-10, 0.5 * (1 + 1e-7), 2, 3.1), before)
    assert.are.same({ same = 1, rounded = 1 }, count)
    assert.are.same({ "figure 1, test loss: 0.0010000000000000002, kept 0.001",
                      "figure noise, KL, code: 3.1000000000000001, kept 3" }, lines)
  end)

  it("that are not there are told", function()
    local _, lines = kept.compare({ { figure = "2", label = "KL", values = { 1 } } }, before)
    assert.are.same({ "figure 2, KL: 1, kept none" }, lines)
  end)

  it("lie in a file, and may be none", function()
    local path = folder .. "/kept.json"
    json.write(path, page(1e-3, 0 / 0, 2, 3))
    local same, words = kept.check(page(1e-3, 0 / 0, 2, 3), path)
    assert.is_true(same)
    assert.are.equal("check: 4 numbers are the same to the last bit, 0 to rounding (1e-05), 0 differ", words)
    same, words = kept.check(page(1e-3, 1, 2, 3), path)
    assert.is_false(same)
    assert.matches("1 differ\n  figure 1, KL: 1, kept %-?nan$", words)
  end)

  it("are those of one page", function()
    for option, words in pairs { quick = "", seeds = "--quick --seeds 0,1", units = "--quick --units 8" } do
      local text, status = support.run(("%s %s --check --out %s/none"):format(
        support.experiment "paper", words, folder))
      assert.are.equal(1, status)
      assert.truthy(text:find("of another --" .. option, 1, true), text)
    end
    assert.is_nil(io.open(folder .. "/none"))
  end)
end)
